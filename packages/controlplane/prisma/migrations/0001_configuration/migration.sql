-- Configuration: revisions with their sealed snapshots, overrides with their full history, the fleet, revocations.

-- Head of one cell. Its row lock serialises every publication, so that revisions are consecutive.
CREATE TABLE "cell" (
    "id" VARCHAR(64) NOT NULL,
    "epoch" BIGINT NOT NULL DEFAULT 1,
    "revision" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "cell_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "config_baseline" (
    "cell" VARCHAR(64) NOT NULL,
    "digest" CHAR(64) NOT NULL,
    "files" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "config_baseline_pkey" PRIMARY KEY ("cell", "digest")
);

CREATE TABLE "config_revision" (
    "cell" VARCHAR(64) NOT NULL,
    "revision" BIGINT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "baseline_digest" CHAR(64) NOT NULL,
    "overrides" JSONB NOT NULL,
    "changes" JSONB NOT NULL,
    "warnings" JSONB NOT NULL,
    "author" VARCHAR(512) NOT NULL,
    "reason" VARCHAR(500) NOT NULL,
    "digest" CHAR(64) NOT NULL,
    "algorithm" VARCHAR(16) NOT NULL,
    "key_id" CHAR(16) NOT NULL,
    "signature" VARCHAR(128) NOT NULL,
    "content" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "config_revision_pkey" PRIMARY KEY ("cell", "revision"),
    CONSTRAINT "config_revision_kind_check" CHECK ("kind" IN ('publish', 'rollback', 'baseline', 'revocation', 'restore')),
    CONSTRAINT "config_revision_baseline_fkey" FOREIGN KEY ("cell", "baseline_digest")
        REFERENCES "config_baseline" ("cell", "digest") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX "config_revision_cell_created_at_idx" ON "config_revision" ("cell", "created_at");

CREATE TABLE "config_override" (
    "cell" VARCHAR(64) NOT NULL,
    "scope" VARCHAR(32) NOT NULL,
    "name" VARCHAR(512) NOT NULL,
    "value" JSONB NOT NULL,
    "author" VARCHAR(512) NOT NULL,
    "reason" VARCHAR(500) NOT NULL,
    "revision" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "config_override_pkey" PRIMARY KEY ("cell", "scope", "name"),
    CONSTRAINT "config_override_scope_check" CHECK ("scope" IN ('policy.group', 'policy.user', 'tier'))
);

CREATE TABLE "config_override_history" (
    "cell" VARCHAR(64) NOT NULL,
    "revision" BIGINT NOT NULL,
    "scope" VARCHAR(32) NOT NULL,
    "name" VARCHAR(512) NOT NULL,
    "before" JSONB,
    "value" JSONB,
    "author" VARCHAR(512) NOT NULL,
    "reason" VARCHAR(500) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "config_override_history_pkey" PRIMARY KEY ("cell", "revision", "scope", "name"),
    CONSTRAINT "config_override_history_revision_fkey" FOREIGN KEY ("cell", "revision")
        REFERENCES "config_revision" ("cell", "revision") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX "config_override_history_cell_scope_name_revision_idx"
    ON "config_override_history" ("cell", "scope", "name", "revision");

-- The fleet as the policy servers see it. Liveness is judged by the server's clock, never by what a pod says.
CREATE TABLE "pod_status" (
    "cell" VARCHAR(64) NOT NULL,
    "node_id" VARCHAR(255) NOT NULL,
    "server_id" VARCHAR(64) NOT NULL,
    "pod_version" VARCHAR(64) NOT NULL,
    "address" VARCHAR(255) NOT NULL,
    "state" VARCHAR(32) NOT NULL,
    "connected" BOOLEAN NOT NULL,
    "connected_at" TIMESTAMPTZ(6) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(6) NOT NULL,
    "applied_epoch" BIGINT,
    "applied_revision" BIGINT,
    "applied_at" TIMESTAMPTZ(6),
    "apply_ms" BIGINT,
    "refused_epoch" BIGINT,
    "refused_revision" BIGINT,
    "refused_reason" VARCHAR(255),
    "refused_path" VARCHAR(255),
    "refused_at" TIMESTAMPTZ(6),
    "status" JSONB NOT NULL,
    CONSTRAINT "pod_status_pkey" PRIMARY KEY ("cell", "node_id")
);
CREATE INDEX "pod_status_cell_last_seen_at_idx" ON "pod_status" ("cell", "last_seen_at");

CREATE TABLE "revocation" (
    "id" UUID NOT NULL,
    "cell" VARCHAR(64) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "value" VARCHAR(512) NOT NULL,
    "author" VARCHAR(512) NOT NULL,
    "reason" VARCHAR(500) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "removed_at" TIMESTAMPTZ(6),
    "removed_by" VARCHAR(512),
    CONSTRAINT "revocation_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "revocation_kind_check" CHECK ("kind" IN ('principal', 'token', 'client'))
);
CREATE INDEX "revocation_cell_created_at_idx" ON "revocation" ("cell", "created_at");
-- One denial in force per thing: a second one of the same would survive the removal of the first.
CREATE UNIQUE INDEX "revocation_in_force_key" ON "revocation" ("cell", "kind", "value") WHERE "removed_at" IS NULL;
