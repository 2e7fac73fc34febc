-- Who is disabled is a small part of all; the list of them should not read everybody.
CREATE INDEX "account_disabled_idx" ON "account" ("user_key", "id") WHERE NOT "enabled";
