-- CreateTable
CREATE TABLE "call_manager" (
    "id" INTEGER NOT NULL,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "username" TEXT NOT NULL,
    "sealed_password" TEXT NOT NULL,
    "ca_pem" TEXT NOT NULL,
    "server_name" TEXT NOT NULL,
    "schema_version" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "spoken" TEXT NOT NULL DEFAULT '',
    "release" TEXT NOT NULL DEFAULT '',
    "queue_id" TEXT NOT NULL DEFAULT '',
    "next_change_id" BIGINT NOT NULL DEFAULT 0,
    "last_full_at" BIGINT NOT NULL DEFAULT 0,
    "last_good_at" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "call_manager_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "call_manager_user" (
    "uuid" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "user_key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mail" TEXT NOT NULL,
    "department" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "telephone" TEXT NOT NULL,
    "mobile" TEXT NOT NULL,
    "directory_uri" TEXT NOT NULL,
    "uri_key" TEXT NOT NULL,
    "home_cluster" BOOLEAN NOT NULL,
    "im_enabled" BOOLEAN NOT NULL,
    "active" BOOLEAN NOT NULL,
    "extension" TEXT NOT NULL,
    "partition" TEXT NOT NULL,
    "service_profile" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "account_id" INTEGER,
    "problem" TEXT NOT NULL,
    "gone_at" BIGINT NOT NULL,

    CONSTRAINT "call_manager_user_pkey" PRIMARY KEY ("uuid")
);

-- CreateTable
CREATE TABLE "call_manager_device" (
    "uuid" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "protocol" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "users" TEXT[],
    "lines" TEXT[],
    "digest" TEXT NOT NULL,

    CONSTRAINT "call_manager_device_pkey" PRIMARY KEY ("uuid")
);

-- CreateTable
CREATE TABLE "call_manager_line" (
    "uuid" TEXT NOT NULL,
    "pattern" TEXT NOT NULL,
    "partition" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "digest" TEXT NOT NULL,

    CONSTRAINT "call_manager_line_pkey" PRIMARY KEY ("uuid")
);

-- CreateTable
CREATE TABLE "call_manager_run" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "started_at" BIGINT NOT NULL,
    "ended_at" BIGINT NOT NULL,
    "counts" TEXT NOT NULL,
    "says" TEXT NOT NULL,

    CONSTRAINT "call_manager_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "call_manager_problem" (
    "run_id" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "uuid" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "says" TEXT NOT NULL,

    CONSTRAINT "call_manager_problem_pkey" PRIMARY KEY ("run_id","index")
);

-- CreateTable
CREATE TABLE "call_manager_staged" (
    "run_id" TEXT NOT NULL,
    "uuid" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "says" TEXT NOT NULL,
    "problem" TEXT NOT NULL,
    "incoming" TEXT NOT NULL,

    CONSTRAINT "call_manager_staged_pkey" PRIMARY KEY ("run_id","uuid")
);

-- CreateIndex
CREATE INDEX "call_manager_user_user_key_uuid_idx" ON "call_manager_user"("user_key", "uuid");

-- CreateIndex
CREATE INDEX "call_manager_user_account_id_idx" ON "call_manager_user"("account_id");

-- CreateIndex
CREATE INDEX "call_manager_user_uri_key_idx" ON "call_manager_user"("uri_key");

-- CreateIndex
CREATE INDEX "call_manager_device_users_idx" ON "call_manager_device" USING GIN ("users");

-- CreateIndex
CREATE INDEX "call_manager_device_owner_idx" ON "call_manager_device"("owner");

-- CreateIndex
CREATE INDEX "call_manager_staged_run_id_action_uuid_idx" ON "call_manager_staged"("run_id", "action", "uuid");

-- AddForeignKey
ALTER TABLE "call_manager_user" ADD CONSTRAINT "call_manager_user_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE CASCADE;
