-- CreateTable
CREATE TABLE "component" (
    "domain" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "sealed_secret" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "component_pkey" PRIMARY KEY ("domain")
);
