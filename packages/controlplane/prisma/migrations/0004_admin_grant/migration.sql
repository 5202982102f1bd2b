-- Admin rights given on the host for a time (break-glass). The policy server takes them back when they end.
CREATE TABLE "admin_grant" (
    "cell" VARCHAR(64) NOT NULL,
    "principal" VARCHAR(512) NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    -- The user's override before the grant, which comes back; null where there was none.
    "previous" JSONB,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "admin_grant_pkey" PRIMARY KEY ("cell", "principal")
);
CREATE INDEX "admin_grant_cell_expires_at_idx" ON "admin_grant" ("cell", "expires_at");
