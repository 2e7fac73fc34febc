-- CreateTable
CREATE TABLE "push_registration" (
    "account_id" INTEGER NOT NULL,
    "service" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "options" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "enabled_at" BIGINT NOT NULL,

    CONSTRAINT "push_registration_pkey" PRIMARY KEY ("account_id","service","node")
);

-- CreateTable
CREATE TABLE "spam_report" (
    "id" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "reporter" TEXT NOT NULL,
    "reported" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "messages" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "closed_by" TEXT NOT NULL,
    "closed_at" BIGINT,
    "note" TEXT NOT NULL,

    CONSTRAINT "spam_report_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notice" (
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "version" BIGINT NOT NULL,
    "since" BIGINT NOT NULL,
    "by" TEXT NOT NULL,

    CONSTRAINT "notice_pkey" PRIMARY KEY ("kind")
);

-- CreateTable
CREATE TABLE "notice_seen" (
    "account_id" INTEGER NOT NULL,
    "motd" BIGINT NOT NULL,
    "welcomed" BOOLEAN NOT NULL,

    CONSTRAINT "notice_seen_pkey" PRIMARY KEY ("account_id")
);

-- CreateIndex
CREATE INDEX "spam_report_state_id_idx" ON "spam_report"("state", "id");

-- CreateIndex
CREATE INDEX "spam_report_reported_id_idx" ON "spam_report"("reported", "id");

-- AddForeignKey
ALTER TABLE "push_registration" ADD CONSTRAINT "push_registration_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notice_seen" ADD CONSTRAINT "notice_seen_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;
