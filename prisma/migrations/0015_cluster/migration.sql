-- CreateTable
CREATE TABLE "cluster" (
    "one" INTEGER NOT NULL,
    "id" TEXT NOT NULL,

    CONSTRAINT "cluster_pkey" PRIMARY KEY ("one")
);

-- CreateTable
CREATE TABLE "cluster_secret" (
    "name" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,

    CONSTRAINT "cluster_secret_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "cluster_node" (
    "name" TEXT NOT NULL,
    "incarnation" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "schema" INTEGER NOT NULL,
    "is_publisher" BOOLEAN NOT NULL,
    "address" TEXT NOT NULL,
    "joined_at" BIGINT NOT NULL,
    "started_at" BIGINT NOT NULL,
    "seen_at" BIGINT,

    CONSTRAINT "cluster_node_pkey" PRIMARY KEY ("name")
);
