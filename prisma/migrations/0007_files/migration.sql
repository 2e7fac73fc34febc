-- CreateTable
CREATE TABLE "file" (
    "id" TEXT NOT NULL,
    "account_id" INTEGER NOT NULL,
    "owner" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "sniffed" TEXT NOT NULL DEFAULT '',
    "sha256" TEXT NOT NULL DEFAULT '',
    "size" BIGINT NOT NULL,
    "purpose" TEXT NOT NULL,
    "stored" BOOLEAN NOT NULL DEFAULT false,
    "created_at" BIGINT NOT NULL,
    "slot_until" BIGINT NOT NULL,
    "stored_at" BIGINT NOT NULL DEFAULT 0,
    "downloads" BIGINT NOT NULL DEFAULT 0,
    "last_download_at" BIGINT,
    "words" tsvector,

    CONSTRAINT "file_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "file_log" (
    "id" UUID NOT NULL,
    "at" BIGINT NOT NULL,
    "what" TEXT NOT NULL,
    "file_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "account_id" INTEGER NOT NULL,
    "owner" TEXT NOT NULL,
    "address" TEXT NOT NULL,

    CONSTRAINT "file_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "file_account_id_idx" ON "file"("account_id");

-- CreateIndex
CREATE INDEX "file_stored_at_id_idx" ON "file"("stored_at", "id");

-- CreateIndex
CREATE INDEX "file_size_id_idx" ON "file"("size", "id");

-- CreateIndex
CREATE INDEX "file_downloads_id_idx" ON "file"("downloads", "id");

-- CreateIndex
CREATE INDEX "file_log_at_idx" ON "file_log"("at");

-- CreateIndex
CREATE INDEX "file_log_account_id_what_at_idx" ON "file_log"("account_id", "what", "at");

-- CreateIndex
CREATE INDEX "file_log_owner_id_idx" ON "file_log"("owner", "id");

-- CreateIndex
CREATE INDEX "file_log_file_id_id_idx" ON "file_log"("file_id", "id");

-- Below: what the schema language cannot say.

-- The keyset orders compare code points, whatever the locale of the database.
ALTER TABLE "file" ALTER COLUMN "id" TYPE TEXT COLLATE "C", ALTER COLUMN "owner" TYPE TEXT COLLATE "C", ALTER COLUMN "type" TYPE TEXT COLLATE "C";
ALTER TABLE "file_log" ALTER COLUMN "owner" TYPE TEXT COLLATE "C";

-- Searches by the start of words.
CREATE INDEX "file_words_idx" ON "file" USING GIN ("words");

-- Few slots wait at a time.
CREATE INDEX "file_waiting_idx" ON "file" ("slot_until") WHERE NOT "stored";

-- Expiry asks by purpose.
CREATE INDEX "file_expiry_idx" ON "file" ("purpose", "stored_at") WHERE "stored";
