-- CreateTable
CREATE TABLE "second_factor" (
    "operator_id" TEXT NOT NULL,
    "sealed_secret" TEXT NOT NULL,
    "enabled_at" BIGINT NOT NULL,
    "last_step" BIGINT NOT NULL,
    "recovery_hashes" TEXT[],

    CONSTRAINT "second_factor_pkey" PRIMARY KEY ("operator_id")
);

-- AddForeignKey
ALTER TABLE "second_factor" ADD CONSTRAINT "second_factor_operator_id_fkey" FOREIGN KEY ("operator_id") REFERENCES "operator"("id") ON DELETE CASCADE ON UPDATE CASCADE;
