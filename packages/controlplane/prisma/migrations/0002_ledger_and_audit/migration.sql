-- The usage ledger and the audit log. Needs PostgreSQL 15 (UNIQUE NULLS NOT DISTINCT).
-- Ledger and leaves are partitioned by month on the UUIDv7 event id: retention is a detach, and the unique key on the
-- event id holds over all partitions. Ids that are no UUIDv7, or of months without a partition, fall into a default one.

-- Smallest UUIDv7 of a moment: 48 bits of Unix milliseconds, the rest zero.
CREATE FUNCTION "uuid_v7_floor"("moment" TIMESTAMPTZ) RETURNS UUID
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM "moment") * 1000)::BIGINT), 12, '0') || repeat('0', 20))::UUID
$$;

-- One row per request that reached an upstream, and signed adjustments of such rows. Never updated.
CREATE TABLE "usage_events" (
    "event_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "refers_to" UUID,
    "cell" TEXT NOT NULL,
    "time" TIMESTAMPTZ(6) NOT NULL,
    "request_id" TEXT NOT NULL,
    "client_request_id" TEXT,
    "trace_id" TEXT,
    "upstream_request_id" TEXT,
    "pod_id" TEXT NOT NULL,
    "pod_stream" UUID NOT NULL,
    "principal" TEXT NOT NULL,
    "email" TEXT,
    "actor" TEXT,
    "service" BOOLEAN NOT NULL,
    "groups" TEXT[] NOT NULL,
    "cost_center" TEXT,
    "endpoint" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "tier" TEXT NOT NULL,
    "tier_source" TEXT NOT NULL,
    "streamed" BOOLEAN NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "cached_input_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "cost_nano_usd" BIGINT NOT NULL,
    "price" JSONB,
    "estimated" BOOLEAN NOT NULL,
    "outcome" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "first_byte_ms" BIGINT,
    "total_ms" BIGINT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "epoch" BIGINT NOT NULL,
    "revision" BIGINT NOT NULL,
    "reason" TEXT,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "usage_events_pkey" PRIMARY KEY ("event_id"),
    CONSTRAINT "usage_events_kind_check" CHECK (("kind" = 'adjustment') = ("refers_to" IS NOT NULL) AND "kind" IN ('usage', 'adjustment'))
) PARTITION BY RANGE ("event_id");
CREATE TABLE "usage_events_default" PARTITION OF "usage_events" DEFAULT;
CREATE INDEX "usage_events_cell_principal_time_idx" ON "usage_events" ("cell", "principal", "time");
CREATE INDEX "usage_events_cell_time_idx" ON "usage_events" ("cell", "time");

-- Sums over the ledger in quarter-hours of UTC: every time zone in use is a multiple of 15 minutes away from UTC, so days
-- of any of them are sums of whole rows. NULL is a value here (no e-mail, no cost centre).
CREATE TABLE "usage_rollups" (
    "cell" TEXT NOT NULL,
    "bucket" TIMESTAMPTZ(6) NOT NULL,
    "principal" TEXT NOT NULL,
    "email" TEXT,
    "cost_center" TEXT,
    "provider" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "tier" TEXT NOT NULL,
    "request_count" BIGINT NOT NULL,
    "adjustment_count" BIGINT NOT NULL,
    "failed_count" BIGINT NOT NULL,
    "estimated_count" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "cached_input_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "cost_nano_usd" BIGINT NOT NULL,
    "first_byte_count" BIGINT NOT NULL,
    "first_byte_ms" BIGINT NOT NULL,
    "total_ms" BIGINT NOT NULL,
    CONSTRAINT "usage_rollups_key" UNIQUE NULLS NOT DISTINCT
        ("cell", "bucket", "principal", "email", "cost_center", "provider", "model", "tier")
) WITH (fillfactor = 70);
CREATE INDEX "usage_rollups_cell_principal_bucket_idx" ON "usage_rollups" ("cell", "principal", "bucket");

-- The audit log: `body` is the canonical text that `hash` covers; the other columns repeat parts of it for searching.
CREATE TABLE "audit_leaves" (
    "cell" TEXT NOT NULL,
    "log_index" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "time" TIMESTAMPTZ(6) NOT NULL,
    "principal" TEXT,
    "actor" TEXT,
    "source_ip" TEXT,
    "request_id" TEXT,
    "model" TEXT,
    "tier" TEXT,
    "outcome" TEXT NOT NULL,
    "code" TEXT,
    "hash" BYTEA NOT NULL,
    "body" TEXT NOT NULL,
    -- One request can leave several leaves, of different types, under its one id.
    CONSTRAINT "audit_leaves_pkey" PRIMARY KEY ("event_id", "type")
) PARTITION BY RANGE ("event_id");
CREATE TABLE "audit_leaves_default" PARTITION OF "audit_leaves" DEFAULT;
CREATE INDEX "audit_leaves_cell_log_index_idx" ON "audit_leaves" ("cell", "log_index");
CREATE INDEX "audit_leaves_cell_time_idx" ON "audit_leaves" ("cell", "time", "log_index");
CREATE INDEX "audit_leaves_cell_type_idx" ON "audit_leaves" ("cell", "type", "log_index");
CREATE INDEX "audit_leaves_cell_principal_idx" ON "audit_leaves" ("cell", "principal", "log_index");
CREATE INDEX "audit_leaves_cell_model_idx" ON "audit_leaves" ("cell", "model" text_pattern_ops, "log_index");
CREATE INDEX "audit_leaves_cell_request_idx" ON "audit_leaves" ("cell", "request_id" text_pattern_ops);
CREATE INDEX "audit_leaves_cell_code_idx" ON "audit_leaves" ("cell", "code" text_pattern_ops, "log_index") WHERE "code" IS NOT NULL;

-- Names behind the commitments in the leaves. Erasing a person is deleting the row.
CREATE TABLE "audit_subjects" (
    "cell" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "salt" BYTEA NOT NULL,
    "commitment" TEXT NOT NULL,
    CONSTRAINT "audit_subjects_pkey" PRIMARY KEY ("commitment"),
    CONSTRAINT "audit_subjects_salt_check" CHECK (octet_length("salt") = 16)
);
-- Values are at most 255 characters, well below the bound of an index row.
CREATE UNIQUE INDEX "audit_subjects_value_key" ON "audit_subjects" ("cell", "value" text_pattern_ops);

-- Head of one log: its row lock is the sequencer. `edge` is the Merkle tree's right edge, 32 bytes each, largest first.
CREATE TABLE "audit_head" (
    "cell" TEXT NOT NULL,
    "size" BIGINT NOT NULL DEFAULT 0,
    "last_hash" BYTEA,
    "edge" BYTEA NOT NULL DEFAULT '\x',
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("cell"),
    CONSTRAINT "audit_head_edge_check" CHECK (octet_length("edge") % 32 = 0)
);

CREATE TABLE "checkpoints" (
    "cell" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "root" BYTEA NOT NULL,
    "note" TEXT NOT NULL,
    "signed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "exported_at" TIMESTAMPTZ(6),
    "exported_to" TEXT,
    CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("cell", "size")
);
CREATE INDEX "checkpoints_unexported_idx" ON "checkpoints" ("cell", "size") WHERE "exported_at" IS NULL;

-- What has arrived of each process' numbered stream: all of 1..applied, `received` in whole; what lies between is a hole.
CREATE TABLE "pod_streams" (
    "cell" TEXT NOT NULL,
    "pod_stream" UUID NOT NULL,
    "pod_id" TEXT NOT NULL,
    "applied" BIGINT NOT NULL,
    "received" INT8MULTIRANGE NOT NULL,
    "hole_since" TIMESTAMPTZ(6),
    "first_seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "pod_streams_pkey" PRIMARY KEY ("cell", "pod_stream")
) WITH (fillfactor = 50);

-- What could not be recorded although everything worked: each row is an alarm. `payload` is the JSON text as it came.
CREATE TABLE "dead_letters" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "cell" TEXT NOT NULL,
    "pod_stream" TEXT,
    "sequence" BIGINT,
    "event_id" TEXT,
    "problem" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "payload_hash" BYTEA NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "dead_letters_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "dead_letters_payload_key" UNIQUE ("cell", "payload_hash")
);

-- Makes the partitions of the month of `from` and of the months after it. Runs as its owner, so that the writer can call
-- it without owning tables. Rows that the default partition caught for a month are moved into it.
CREATE FUNCTION "ensure_month_partitions"("from" TIMESTAMPTZ, "months" INTEGER) RETURNS INTEGER
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parent TEXT;
    part TEXT;
    month_start TIMESTAMPTZ;
    floor_id UUID;
    ceiling_id UUID;
    made INTEGER := 0;
BEGIN
    FOR step IN 0..LEAST("months", 24) - 1 LOOP
        month_start := (date_trunc('month', "from" AT TIME ZONE 'UTC') + make_interval(months => step)) AT TIME ZONE 'UTC';
        floor_id := uuid_v7_floor(month_start);
        ceiling_id := uuid_v7_floor((month_start AT TIME ZONE 'UTC' + INTERVAL '1 month') AT TIME ZONE 'UTC');
        FOREACH parent IN ARRAY ARRAY['usage_events', 'audit_leaves'] LOOP
            part := parent || '_' || to_char(month_start AT TIME ZONE 'UTC', 'YYYY_MM');
            CONTINUE WHEN to_regclass(quote_ident(part)) IS NOT NULL;
            -- Two processes may start at once: the second waits here and then finds the partition.
            PERFORM pg_advisory_xact_lock(hashtext('secrouter ' || part));
            CONTINUE WHEN to_regclass(quote_ident(part)) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
            EXECUTE format('WITH moved AS (DELETE FROM %I WHERE event_id >= %L AND event_id < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                           parent || '_default', floor_id, ceiling_id, part);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, floor_id, ceiling_id);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION "ensure_month_partitions"(TIMESTAMPTZ, INTEGER) FROM PUBLIC;
SELECT "ensure_month_partitions"(CURRENT_TIMESTAMP, 3);

-- Rights. The owner is whoever runs the migrations. Roles cannot log in themselves; login roles are made members of them.
-- Where this user may not create roles, an operator's script does, and the grants below are given when they exist.
DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY['secrouter_owner', 'secrouter_writer', 'secrouter_reader', 'secrouter_pruner'] LOOP
        BEGIN
            CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = name);
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        EXCEPTION
            WHEN insufficient_privilege THEN RAISE NOTICE 'role % not created: this user may not create roles', name;
            WHEN duplicate_object OR unique_violation THEN NULL; -- another database of the cluster was migrated meanwhile
        END;
    END LOOP;
END
$$;

CREATE FUNCTION "grant_ledger_rights"() RETURNS VOID LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'secrouter_writer') THEN
        -- Rows of the ledger and leaves of the log are inserted, never changed; only heads, sums and positions move.
        GRANT SELECT, INSERT ON "usage_events", "audit_leaves", "audit_subjects", "dead_letters" TO secrouter_writer;
        GRANT SELECT, INSERT, UPDATE ON "usage_rollups", "audit_head", "pod_streams" TO secrouter_writer;
        GRANT SELECT, INSERT, UPDATE ("exported_at", "exported_to") ON "checkpoints" TO secrouter_writer;
        GRANT EXECUTE ON FUNCTION "ensure_month_partitions"(TIMESTAMPTZ, INTEGER) TO secrouter_writer;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'secrouter_reader') THEN
        GRANT SELECT ON "usage_events", "usage_rollups", "audit_leaves", "audit_subjects", "audit_head", "checkpoints",
            "pod_streams", "dead_letters" TO secrouter_reader;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'secrouter_pruner') THEN
        GRANT SELECT ON "usage_events", "audit_leaves", "audit_head", "checkpoints" TO secrouter_pruner;
        GRANT SELECT, DELETE ON "audit_subjects" TO secrouter_pruner;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION "grant_ledger_rights"() FROM PUBLIC;
DO $$
BEGIN
    PERFORM "grant_ledger_rights"();
EXCEPTION
    WHEN insufficient_privilege THEN RAISE NOTICE 'rights not granted: run grant_ledger_rights() as the owner of the tables';
END
$$;
