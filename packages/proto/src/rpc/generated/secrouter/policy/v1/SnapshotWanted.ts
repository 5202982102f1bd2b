// Original file: proto/policy.proto


export interface SnapshotWanted {
}

export interface SnapshotWanted__Output {
}
