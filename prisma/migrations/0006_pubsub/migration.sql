-- AlterTable
ALTER TABLE "vcard" ADD COLUMN     "photo" TEXT;

-- CreateTable
CREATE TABLE "pubsub_node" (
    "id" UUID NOT NULL,
    "account_id" INTEGER,
    "service" TEXT,
    "name" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "creator" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "item_count" INTEGER NOT NULL,
    "item_bytes" BIGINT NOT NULL,

    CONSTRAINT "pubsub_node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pubsub_item" (
    "node_id" UUID NOT NULL,
    "id" TEXT NOT NULL,
    "uid" UUID NOT NULL,
    "at" BIGINT NOT NULL,
    "publisher" TEXT NOT NULL,
    "xml" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "expires_at" BIGINT,

    CONSTRAINT "pubsub_item_pkey" PRIMARY KEY ("node_id","id")
);

-- CreateTable
CREATE TABLE "pubsub_affiliation" (
    "node_id" UUID NOT NULL,
    "jid" TEXT NOT NULL,
    "affiliation" TEXT NOT NULL,

    CONSTRAINT "pubsub_affiliation_pkey" PRIMARY KEY ("node_id","jid")
);

-- CreateTable
CREATE TABLE "pubsub_subscription" (
    "node_id" UUID NOT NULL,
    "jid" TEXT NOT NULL,
    "subid" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "deliver" BOOLEAN NOT NULL,

    CONSTRAINT "pubsub_subscription_pkey" PRIMARY KEY ("node_id","jid")
);

-- CreateIndex
CREATE UNIQUE INDEX "pubsub_node_account_id_name_key" ON "pubsub_node"("account_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "pubsub_node_service_name_key" ON "pubsub_node"("service", "name");

-- CreateIndex
CREATE INDEX "pubsub_item_node_id_uid_idx" ON "pubsub_item"("node_id", "uid");

-- AddForeignKey
ALTER TABLE "pubsub_node" ADD CONSTRAINT "pubsub_node_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pubsub_item" ADD CONSTRAINT "pubsub_item_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "pubsub_node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pubsub_affiliation" ADD CONSTRAINT "pubsub_affiliation_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "pubsub_node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pubsub_subscription" ADD CONSTRAINT "pubsub_subscription_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "pubsub_node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A node is a person's or a service's.
ALTER TABLE "pubsub_node" ADD CONSTRAINT "pubsub_node_owner_check" CHECK (("account_id" IS NULL) <> ("service" IS NULL));

-- Names and addresses compare by their bytes.
ALTER TABLE "pubsub_node" ALTER COLUMN "name" TYPE TEXT COLLATE "C", ALTER COLUMN "service" TYPE TEXT COLLATE "C";
ALTER TABLE "pubsub_item" ALTER COLUMN "id" TYPE TEXT COLLATE "C";
ALTER TABLE "pubsub_affiliation" ALTER COLUMN "jid" TYPE TEXT COLLATE "C";
ALTER TABLE "pubsub_subscription" ALTER COLUMN "jid" TYPE TEXT COLLATE "C";

-- Most items never expire.
CREATE INDEX "pubsub_item_expires_at_idx" ON "pubsub_item" ("expires_at") WHERE "expires_at" IS NOT NULL;
