-- CreateTable
CREATE TABLE "audit" (
    "id" UUID NOT NULL,
    "node" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    "actor" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "target_key" TEXT NOT NULL,
    "before" TEXT NOT NULL,
    "after" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "parent_id" TEXT,
    "previous" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "words" tsvector,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "node" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("node")
);

-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "setting_change" (
    "id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "by" TEXT NOT NULL,
    "keys" TEXT[],
    "changes" TEXT NOT NULL,
    "undoes" TEXT,

    CONSTRAINT "setting_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" SERIAL NOT NULL,
    "user_id" TEXT NOT NULL,
    "user_key" TEXT NOT NULL,
    "local" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "bare" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "mail" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "source" TEXT NOT NULL DEFAULT 'local',
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "last_sign_in_at" BIGINT NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "search" tsvector,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credential" (
    "account_id" INTEGER NOT NULL,
    "salt" TEXT NOT NULL,
    "iterations" INTEGER NOT NULL,
    "sha1_stored_key" TEXT NOT NULL,
    "sha1_server_key" TEXT NOT NULL,
    "sha256_stored_key" TEXT NOT NULL,
    "sha256_server_key" TEXT NOT NULL,

    CONSTRAINT "credential_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "domain" (
    "domain" TEXT NOT NULL,
    "managed" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "domain_pkey" PRIMARY KEY ("domain")
);

-- CreateTable
CREATE TABLE "archive" (
    "account_id" INTEGER NOT NULL,
    "uid" UUID NOT NULL,
    "peer" TEXT NOT NULL,
    "outgoing" BOOLEAN NOT NULL,
    "at" BIGINT NOT NULL,
    "xml" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "stanza_id" TEXT NOT NULL,
    "words" tsvector,

    CONSTRAINT "archive_pkey" PRIMARY KEY ("account_id","uid")
);

-- CreateTable
CREATE TABLE "archive_pref" (
    "account_id" INTEGER NOT NULL,
    "default" TEXT NOT NULL,
    "always" TEXT[],
    "never" TEXT[],

    CONSTRAINT "archive_pref_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "offline" (
    "account_id" INTEGER NOT NULL,
    "uid" UUID NOT NULL,
    "sender" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "xml" TEXT NOT NULL,

    CONSTRAINT "offline_pkey" PRIMARY KEY ("account_id","uid")
);

-- CreateTable
CREATE TABLE "job" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "started_at" BIGINT,
    "ended_at" BIGINT,
    "total" INTEGER NOT NULL,
    "done" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "input" TEXT NOT NULL,
    "summary" TEXT NOT NULL,

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_result" (
    "job_id" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "target" TEXT NOT NULL,
    "ok" BOOLEAN NOT NULL,
    "message" TEXT NOT NULL,

    CONSTRAINT "job_result_pkey" PRIMARY KEY ("job_id","index")
);

-- CreateTable
CREATE TABLE "vcard" (
    "account_id" INTEGER NOT NULL,
    "xml" TEXT NOT NULL,

    CONSTRAINT "vcard_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "private_xml" (
    "account_id" INTEGER NOT NULL,
    "ns" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "xml" TEXT NOT NULL,

    CONSTRAINT "private_xml_pkey" PRIMARY KEY ("account_id","ns","name")
);

-- CreateTable
CREATE TABLE "last_seen" (
    "account_id" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "status" TEXT NOT NULL,

    CONSTRAINT "last_seen_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "roster" (
    "account_id" INTEGER NOT NULL,
    "version" BIGINT NOT NULL,

    CONSTRAINT "roster_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "roster_item" (
    "account_id" INTEGER NOT NULL,
    "contact" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "groups" TEXT[],
    "subscription" TEXT NOT NULL,
    "ask" BOOLEAN NOT NULL,
    "approved" BOOLEAN NOT NULL,
    "version" BIGINT NOT NULL,

    CONSTRAINT "roster_item_pkey" PRIMARY KEY ("account_id","contact")
);

-- CreateTable
CREATE TABLE "pending_in" (
    "account_id" INTEGER NOT NULL,
    "contact" TEXT NOT NULL,
    "xml" TEXT NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "pending_in_pkey" PRIMARY KEY ("account_id","contact")
);

-- CreateTable
CREATE TABLE "blocked_jid" (
    "account_id" INTEGER NOT NULL,
    "jid" TEXT NOT NULL,

    CONSTRAINT "blocked_jid_pkey" PRIMARY KEY ("account_id","jid")
);

-- CreateTable
CREATE TABLE "operator" (
    "id" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "username_key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "must_change_password" BOOLEAN NOT NULL,
    "password_hash" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "last_sign_in_at" BIGINT,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "operator_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console_session" (
    "id" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "operator_id" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "last_seen_at" BIGINT NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "address" TEXT NOT NULL,
    "agent" TEXT NOT NULL,

    CONSTRAINT "console_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_by" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "expires_at" BIGINT,
    "last_used_at" BIGINT,
    "revoked_at" BIGINT,

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in" (
    "id" BIGSERIAL NOT NULL,
    "at" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "account_id" INTEGER,
    "address" TEXT NOT NULL,
    "mechanism" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 1,
    "same_as" TEXT,

    CONSTRAINT "sign_in_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "backoff" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "window_start" BIGINT NOT NULL,
    "locked_until" BIGINT NOT NULL,

    CONSTRAINT "backoff_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "audit_target_key_id_idx" ON "audit"("target_key", "id");

-- CreateIndex
CREATE INDEX "audit_actor_id_idx" ON "audit"("actor", "id");

-- CreateIndex
CREATE INDEX "audit_parent_id_id_idx" ON "audit"("parent_id", "id");

-- CreateIndex
CREATE INDEX "audit_at_idx" ON "audit"("at");

-- CreateIndex
CREATE UNIQUE INDEX "audit_node_seq_key" ON "audit"("node", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "setting_change_version_key" ON "setting_change"("version");

-- CreateIndex
CREATE UNIQUE INDEX "account_user_key_key" ON "account"("user_key");

-- CreateIndex
CREATE UNIQUE INDEX "account_bare_key" ON "account"("bare");

-- CreateIndex
CREATE INDEX "account_name_key_id_idx" ON "account"("name_key", "id");

-- CreateIndex
CREATE INDEX "account_created_at_id_idx" ON "account"("created_at", "id");

-- CreateIndex
CREATE INDEX "account_last_sign_in_at_id_idx" ON "account"("last_sign_in_at", "id");

-- CreateIndex
CREATE INDEX "account_domain_idx" ON "account"("domain");

-- CreateIndex
CREATE INDEX "archive_account_id_peer_uid_idx" ON "archive"("account_id", "peer", "uid");

-- CreateIndex
CREATE INDEX "job_created_at_id_idx" ON "job"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "operator_username_key_key" ON "operator"("username_key");

-- CreateIndex
CREATE UNIQUE INDEX "console_session_secret_hash_key" ON "console_session"("secret_hash");

-- CreateIndex
CREATE INDEX "console_session_operator_id_idx" ON "console_session"("operator_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_secret_hash_key" ON "api_token"("secret_hash");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_same_as_key" ON "sign_in"("same_as");

-- CreateIndex
CREATE INDEX "sign_in_at_idx" ON "sign_in"("at");

-- CreateIndex
CREATE INDEX "sign_in_account_id_at_idx" ON "sign_in"("account_id", "at");

-- CreateIndex
CREATE INDEX "sign_in_name_key_at_idx" ON "sign_in"("name_key", "at");

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_domain_fkey" FOREIGN KEY ("domain") REFERENCES "domain"("domain") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "credential" ADD CONSTRAINT "credential_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "archive" ADD CONSTRAINT "archive_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "archive_pref" ADD CONSTRAINT "archive_pref_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "offline" ADD CONSTRAINT "offline_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_result" ADD CONSTRAINT "job_result_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vcard" ADD CONSTRAINT "vcard_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "private_xml" ADD CONSTRAINT "private_xml_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "last_seen" ADD CONSTRAINT "last_seen_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "roster" ADD CONSTRAINT "roster_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "roster_item" ADD CONSTRAINT "roster_item_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pending_in" ADD CONSTRAINT "pending_in_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "blocked_jid" ADD CONSTRAINT "blocked_jid_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "console_session" ADD CONSTRAINT "console_session_operator_id_fkey" FOREIGN KEY ("operator_id") REFERENCES "operator"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Below: what the schema language cannot say.

-- The keyset orders compare code points, whatever the locale of the database.
ALTER TABLE "account" ALTER COLUMN "user_key" TYPE TEXT COLLATE "C", ALTER COLUMN "name_key" TYPE TEXT COLLATE "C", ALTER COLUMN "bare" TYPE TEXT COLLATE "C";
ALTER TABLE "roster_item" ALTER COLUMN "contact" TYPE TEXT COLLATE "C";
ALTER TABLE "pending_in" ALTER COLUMN "contact" TYPE TEXT COLLATE "C";
ALTER TABLE "blocked_jid" ALTER COLUMN "jid" TYPE TEXT COLLATE "C";
ALTER TABLE "operator" ALTER COLUMN "username_key" TYPE TEXT COLLATE "C";
ALTER TABLE "job" ALTER COLUMN "id" TYPE TEXT COLLATE "C";
ALTER TABLE "archive" ALTER COLUMN "peer" TYPE TEXT COLLATE "C";

-- Searches by the start of words.
CREATE INDEX "account_search_idx" ON "account" USING GIN ("search") WITH (fastupdate = off);
CREATE INDEX "archive_words_idx" ON "archive" USING GIN ("words") WITH (gin_pending_list_limit = 1024);
CREATE INDEX "audit_words_idx" ON "audit" USING GIN ("words");

-- Retention reads the oldest rows; they lie together, so a few bytes per block range do.
CREATE INDEX "archive_at_idx" ON "archive" USING BRIN ("at") WITH (autosummarize = on);
CREATE INDEX "offline_at_idx" ON "offline" USING BRIN ("at") WITH (autosummarize = on);

-- At most one default domain.
CREATE UNIQUE INDEX "domain_default_key" ON "domain" ("is_default") WHERE "is_default";

-- The audit is append-only. Retention sets rollcall.audit_retention for its own transaction, and may only delete.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('rollcall.audit_retention', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'audit records cannot be changed' USING ERRCODE = 'insufficient_privilege';
END;
$$;
CREATE TRIGGER "audit_append_only" BEFORE UPDATE OR DELETE ON "audit" FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_no_truncate" BEFORE TRUNCATE ON "audit" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
