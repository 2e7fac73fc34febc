-- AlterTable
ALTER TABLE "operator" ADD COLUMN     "source" TEXT NOT NULL DEFAULT 'local';

-- CreateTable
CREATE TABLE "ldap_directory" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "kind" TEXT NOT NULL,
    "servers" TEXT NOT NULL,
    "security" TEXT NOT NULL,
    "ca_pem" TEXT NOT NULL,
    "bind_dn" TEXT NOT NULL,
    "sealed_password" TEXT NOT NULL,
    "base" TEXT NOT NULL,
    "filter" TEXT NOT NULL,
    "attributes" TEXT NOT NULL,
    "connect_timeout_ms" INTEGER NOT NULL,
    "operation_timeout_ms" INTEGER NOT NULL,
    "page_size" INTEGER NOT NULL,
    "max_binds" INTEGER NOT NULL,
    "remember_minutes" INTEGER NOT NULL,
    "sign_in" BOOLEAN NOT NULL,
    "search" BOOLEAN NOT NULL,
    "cards" BOOLEAN NOT NULL,
    "groups" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "ldap_directory_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ldap_agreement" (
    "id" TEXT NOT NULL,
    "directory_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "base" TEXT NOT NULL,
    "filter" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "every_minutes" INTEGER NOT NULL,
    "grace_days" INTEGER NOT NULL,
    "max_loss_percent" INTEGER NOT NULL,
    "adopt" BOOLEAN NOT NULL,
    "next_at" BIGINT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "ldap_agreement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ldap_person" (
    "account_id" INTEGER NOT NULL,
    "directory_id" TEXT NOT NULL,
    "agreement_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "dn" TEXT NOT NULL,
    "uri" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "department" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "gone_at" BIGINT,

    CONSTRAINT "ldap_person_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "ldap_run" (
    "id" TEXT NOT NULL,
    "agreement_id" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "is_trial" BOOLEAN NOT NULL,
    "state" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "ended_at" BIGINT,
    "counts" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "changes" TEXT NOT NULL,

    CONSTRAINT "ldap_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ldap_directory_name_key_key" ON "ldap_directory"("name_key");

-- CreateIndex
CREATE UNIQUE INDEX "ldap_agreement_name_key_key" ON "ldap_agreement"("name_key");

-- CreateIndex
CREATE INDEX "ldap_agreement_directory_id_idx" ON "ldap_agreement"("directory_id");

-- CreateIndex
CREATE INDEX "ldap_person_agreement_id_account_id_idx" ON "ldap_person"("agreement_id", "account_id");

-- CreateIndex
CREATE UNIQUE INDEX "ldap_person_directory_id_key_key" ON "ldap_person"("directory_id", "key");

-- CreateIndex
CREATE INDEX "ldap_run_agreement_id_at_idx" ON "ldap_run"("agreement_id", "at");

-- CreateIndex
CREATE INDEX "ldap_run_at_idx" ON "ldap_run"("at");

-- AddForeignKey
ALTER TABLE "ldap_agreement" ADD CONSTRAINT "ldap_agreement_directory_id_fkey" FOREIGN KEY ("directory_id") REFERENCES "ldap_directory"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ldap_person" ADD CONSTRAINT "ldap_person_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ldap_person" ADD CONSTRAINT "ldap_person_directory_id_fkey" FOREIGN KEY ("directory_id") REFERENCES "ldap_directory"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ldap_person" ADD CONSTRAINT "ldap_person_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "ldap_agreement"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ldap_run" ADD CONSTRAINT "ldap_run_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "ldap_agreement"("id") ON DELETE CASCADE ON UPDATE CASCADE;
