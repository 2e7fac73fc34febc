/** One person as the directory search shows them. */
export interface FoundPerson {
  readonly bare: string;
  readonly userId: string;
  readonly name: string;
  readonly mail: string;
}

export interface PeopleDirectory {
  /**
   * Enabled people of whom every word starts the user ID, the address, or a word of the name or mail; in order of names, at most `limit`.
   * `domain` null: of all IM domains.
   */
  find(words: string, domain: string | null, limit: number): Promise<readonly FoundPerson[]>;
}
