-- CreateTable
CREATE TABLE "user_home" (
    "account_id" INTEGER NOT NULL,
    "node" TEXT,
    "moving" BOOLEAN NOT NULL DEFAULT false,
    "next" TEXT,
    "version" BIGINT NOT NULL,

    CONSTRAINT "user_home_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "user_home_version" (
    "id" INTEGER NOT NULL,
    "version" BIGINT NOT NULL,

    CONSTRAINT "user_home_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "redundancy_group" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "high_availability" BOOLEAN NOT NULL,
    "automatic_fallback" BOOLEAN NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "redundancy_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "home_node" (
    "name" TEXT NOT NULL,
    "group_id" INTEGER,
    "position" INTEGER NOT NULL DEFAULT 1,
    "acting" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "handover" TEXT NOT NULL DEFAULT 'none',
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "since" BIGINT NOT NULL,
    "changed_by" TEXT NOT NULL,
    "healthy_since" BIGINT,
    "proved_at" BIGINT NOT NULL,

    CONSTRAINT "home_node_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "user_home_version_idx" ON "user_home"("version");

-- CreateIndex
CREATE INDEX "user_home_node_idx" ON "user_home"("node");

-- CreateIndex
CREATE UNIQUE INDEX "redundancy_group_name_key_key" ON "redundancy_group"("name_key");

-- CreateIndex
CREATE UNIQUE INDEX "home_node_group_id_position_key" ON "home_node"("group_id", "position");

-- AddForeignKey
ALTER TABLE "user_home" ADD CONSTRAINT "user_home_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "home_node" ADD CONSTRAINT "home_node_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "redundancy_group"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Whoever writes for people proves in the same transaction that the epochs it holds are still the ones that count. The lock keeps a change of the
-- acting node waiting until this transaction has ended, and this one waiting until such a change has.
CREATE FUNCTION hold_epochs(node TEXT, homes TEXT[], epochs BIGINT[]) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  held INTEGER;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1380143971, hashtext(h)) FROM (SELECT h FROM unnest(homes) AS h ORDER BY h) AS sorted;
  SELECT count(*) INTO held
    FROM home_node n JOIN unnest(homes, epochs) AS e(name, epoch) ON n.name = e.name AND n.epoch = e.epoch
    WHERE n.acting = hold_epochs.node;
  IF held <> cardinality(homes) THEN
    RAISE EXCEPTION 'another node acts for what % held', hold_epochs.node USING ERRCODE = 'RC001';
  END IF;
END
$$;
