-- CreateTable
CREATE TABLE "room" (
    "id" SERIAL NOT NULL,
    "jid" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "title_key" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "persistent" BOOLEAN NOT NULL,
    "is_public" BOOLEAN NOT NULL,
    "members_only" BOOLEAN NOT NULL,
    "has_password" BOOLEAN NOT NULL,
    "config" TEXT NOT NULL,
    "subject" TEXT,
    "subject_by" TEXT NOT NULL DEFAULT '',
    "subject_at" BIGINT NOT NULL DEFAULT 0,
    "created_at" BIGINT NOT NULL,
    "created_by" TEXT NOT NULL,
    "vcard" TEXT NOT NULL DEFAULT '',
    "search" tsvector,

    CONSTRAINT "room_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "room_affiliation" (
    "room_id" INTEGER NOT NULL,
    "who" TEXT NOT NULL,
    "affiliation" TEXT NOT NULL,
    "nick" TEXT,
    "reason" TEXT NOT NULL,

    CONSTRAINT "room_affiliation_pkey" PRIMARY KEY ("room_id","who")
);

-- CreateTable
CREATE TABLE "room_message" (
    "room_id" INTEGER NOT NULL,
    "uid" UUID NOT NULL,
    "at" BIGINT NOT NULL,
    "nick" TEXT NOT NULL,
    "sender" TEXT NOT NULL,
    "occupant_id" TEXT NOT NULL,
    "xml" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "stanza_id" TEXT NOT NULL,
    "words" tsvector,

    CONSTRAINT "room_message_pkey" PRIMARY KEY ("room_id","uid")
);

-- CreateIndex
CREATE UNIQUE INDEX "room_jid_key" ON "room"("jid");

-- CreateIndex
CREATE INDEX "room_title_key_jid_idx" ON "room"("title_key", "jid");

-- CreateIndex
CREATE INDEX "room_created_at_jid_idx" ON "room"("created_at", "jid");

-- CreateIndex
CREATE INDEX "room_affiliation_who_idx" ON "room_affiliation"("who");

-- CreateIndex
CREATE INDEX "room_message_room_id_sender_uid_idx" ON "room_message"("room_id", "sender", "uid");

-- AddForeignKey
ALTER TABLE "room_affiliation" ADD CONSTRAINT "room_affiliation_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "room"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "room_message" ADD CONSTRAINT "room_message_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "room"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Below: what the schema language cannot say.

-- The keyset orders compare code points, whatever the locale of the database.
ALTER TABLE "room" ALTER COLUMN "jid" TYPE TEXT COLLATE "C", ALTER COLUMN "title_key" TYPE TEXT COLLATE "C";
ALTER TABLE "room_affiliation" ALTER COLUMN "who" TYPE TEXT COLLATE "C";
ALTER TABLE "room_message" ALTER COLUMN "sender" TYPE TEXT COLLATE "C";

-- Searches by the start of words.
CREATE INDEX "room_search_idx" ON "room" USING GIN ("search") WITH (fastupdate = off);
CREATE INDEX "room_message_words_idx" ON "room_message" USING GIN ("words") WITH (gin_pending_list_limit = 1024);

-- Retention reads the oldest rows; they lie together, so a few bytes per block range do.
CREATE INDEX "room_message_at_idx" ON "room_message" USING BRIN ("at") WITH (autosummarize = on);
