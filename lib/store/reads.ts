import type pg from 'pg';

/**
 * What the engine reads again and again: statements that PostgreSQL plans once for each connection. Those of one turn of the event loop leave together
 * and are answered together: a user who is loaded costs ten questions, and each of them alone would cost both processes a wake-up.
 */
export interface Statement {
  /** One name for one text. */
  readonly name: string;
  readonly text: string;
}

export type ReadValue = number | string | bigint | boolean | null | readonly number[] | readonly string[];

/** Rows as the driver gives them: `int8` comes as text, so statements cast it to `float8`. */
export type Read = <Row extends object>(statement: Statement, values: readonly ReadValue[]) => Promise<Row[]>;

export type ReadMany = <Row extends object>(text: string, values: readonly ReadValue[]) => Promise<Row[]>;

interface Ask {
  readonly statement: Statement;
  readonly values: readonly ReadValue[];
  readonly resolve: (rows: object[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A slow answer holds up what was asked on the same connection after it; so there is another. */
const LANES = 2;

/** Of the driver's client, what its types leave out: where several writes become one. */
interface Corked {
  readonly connection?: { readonly stream?: { cork?(): void; uncork?(): void } };
}

class Lane {
  underWay = 0;
  private client: pg.PoolClient | null = null;
  private waiting: Ask[] = [];
  private isOpening = false;

  constructor(private readonly pool: pg.Pool) {}

  ask(asks: readonly Ask[]): void {
    this.underWay += asks.length;
    if (this.client !== null) return this.send(this.client, asks);
    this.waiting.push(...asks);
    if (!this.isOpening) this.open();
  }

  private open(): void {
    this.isOpening = true;
    this.pool.connect().then(
      (client) => {
        this.isOpening = false;
        client.on('error', ignore);
        this.client = client;
        this.send(client, this.waiting.splice(0));
      },
      (error: unknown) => {
        this.isOpening = false;
        for (const { reject } of this.waiting.splice(0)) {
          this.underWay--;
          reject(error);
        }
      },
    );
  }

  private send(client: pg.PoolClient, asks: readonly Ask[]): void {
    const stream = (client as Corked).connection?.stream;
    stream?.cork?.();
    for (const { statement, values, resolve, reject } of asks)
      client.query({ name: statement.name, text: statement.text, values: [...values] }).then(
        ({ rows }) => {
          this.answered(client, null);
          resolve(rows as object[]);
        },
        (error: unknown) => {
          this.answered(client, error);
          reject(error);
        },
      );
    stream?.uncork?.();
  }

  /** Whoever has nothing to ask holds no connection: the pool closes it after a while. */
  private answered(client: pg.PoolClient, error: unknown): void {
    this.underWay--;
    // An error of the statement itself has a severity; anything else says that the connection is no good.
    const isLost = error !== null && !(typeof error === 'object' && 'severity' in error && error.severity === 'ERROR');
    if (this.client !== client || !(isLost || this.underWay === 0)) return;
    this.client = null;
    client.removeListener('error', ignore);
    // What is still under way on a lost connection is told so by the driver, which wants a listener while it does.
    if (isLost) client.on('error', ignore);
    client.release(isLost);
  }
}

/** Each question under way hears of it by itself. */
const ignore = (): void => {};

/** The pool must be one of pipelining clients (`pipeline: true`). */
export function createReads(pool: pg.Pool, explained: (error: unknown) => unknown): Read {
  const lanes = Array.from({ length: LANES }, () => new Lane(pool));
  let gathered: Ask[] = [];

  function leave(): void {
    const asks = gathered;
    gathered = [];
    let lane = lanes[0]!;
    for (const other of lanes) if (other.underWay < lane.underWay) lane = other;
    lane.ask(asks);
  }

  return <Row extends object>(statement: Statement, values: readonly ReadValue[]) =>
    new Promise<Row[]>((resolve, reject) => {
      if (gathered.length === 0) setImmediate(leave);
      gathered.push({
        statement,
        values,
        resolve: (rows) => resolve(rows as Row[]),
        reject: (error) => reject(explained(error)),
      });
    });
}
