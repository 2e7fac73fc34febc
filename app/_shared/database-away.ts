/** Marks an error on its way to the error page, which sees nothing else of it. */
export const databaseAwayDigest = 'database-away';
