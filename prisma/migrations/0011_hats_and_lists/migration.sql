-- CreateTable
CREATE TABLE "room_hat" (
    "room_id" INTEGER NOT NULL,
    "uri" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "hue" TEXT NOT NULL,

    CONSTRAINT "room_hat_pkey" PRIMARY KEY ("room_id","uri")
);

-- CreateTable
CREATE TABLE "room_hat_wearer" (
    "room_id" INTEGER NOT NULL,
    "uri" TEXT NOT NULL,
    "who" TEXT NOT NULL,

    CONSTRAINT "room_hat_wearer_pkey" PRIMARY KEY ("room_id","uri","who")
);

-- CreateIndex
CREATE INDEX "room_hat_wearer_who_idx" ON "room_hat_wearer"("who");

-- CreateIndex
CREATE INDEX "pubsub_affiliation_jid_idx" ON "pubsub_affiliation"("jid");

-- CreateIndex
CREATE INDEX "pubsub_subscription_jid_idx" ON "pubsub_subscription"("jid");

-- AddForeignKey
ALTER TABLE "room_hat" ADD CONSTRAINT "room_hat_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "room"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "room_hat_wearer" ADD CONSTRAINT "room_hat_wearer_room_id_uri_fkey" FOREIGN KEY ("room_id", "uri") REFERENCES "room_hat"("room_id", "uri") ON DELETE CASCADE ON UPDATE CASCADE;
