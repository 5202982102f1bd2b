#!/usr/bin/env bash
# Writes src/rpc/generated from proto/policy.proto. Run it after a change of the contract and commit both.
set -euo pipefail
cd "$(dirname "$0")/../.."
rm -rf src/rpc/generated
node node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js \
  --longs=String --defaults --oneofs --bytes=Buffer --grpcLib=@grpc/grpc-js \
  --importFileExtension=.ts --outDir=src/rpc/generated proto/policy.proto
