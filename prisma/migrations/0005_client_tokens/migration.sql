-- AlterTable
ALTER TABLE "credential" ALTER COLUMN "sha256_stored_key" DROP NOT NULL,
ALTER COLUMN "sha256_server_key" DROP NOT NULL;

-- CreateTable
CREATE TABLE "client_token" (
    "account_id" INTEGER NOT NULL,
    "client_id" TEXT NOT NULL,
    "software" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "last_used_at" BIGINT NOT NULL,
    "current_seed" TEXT NOT NULL DEFAULT '',
    "current_mechanism" TEXT NOT NULL DEFAULT '',
    "current_issued_at" BIGINT NOT NULL DEFAULT 0,
    "current_expires_at" BIGINT NOT NULL DEFAULT 0,
    "current_count" BIGINT NOT NULL DEFAULT 0,
    "next_seed" TEXT NOT NULL DEFAULT '',
    "next_mechanism" TEXT NOT NULL DEFAULT '',
    "next_issued_at" BIGINT NOT NULL DEFAULT 0,
    "next_expires_at" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "client_token_pkey" PRIMARY KEY ("account_id","client_id")
);

-- AddForeignKey
ALTER TABLE "client_token" ADD CONSTRAINT "client_token_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;
