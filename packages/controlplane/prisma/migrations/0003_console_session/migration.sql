-- Sessions of the console. The browser holds an opaque id; only its SHA-256 lies here, so a read of this table signs
-- nobody in. Rows are deleted at sign-out, after the idle limit and after the absolute one.
CREATE TABLE "console_session" (
    "id_hash" BYTEA NOT NULL,
    "cell" VARCHAR(64) NOT NULL,
    "issuer" VARCHAR(512) NOT NULL,
    "principal" VARCHAR(512) NOT NULL,
    "email" VARCHAR(512),
    "groups" JSONB NOT NULL,
    "auth_time" TIMESTAMPTZ(6),
    "csrf_token" VARCHAR(64) NOT NULL,
    "id_token" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "console_session_pkey" PRIMARY KEY ("id_hash"),
    CONSTRAINT "console_session_id_hash_check" CHECK (octet_length("id_hash") = 32)
);
CREATE INDEX "console_session_cell_principal_idx" ON "console_session" ("cell", "principal");
CREATE INDEX "console_session_created_at_idx" ON "console_session" ("created_at");
