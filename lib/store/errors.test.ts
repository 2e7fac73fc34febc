import { describe, expect, it } from 'vitest';
import { isConnectionLoss, isRefusal, isShortage, isTooSlow, shortageOf } from './errors.ts';

/** As the client wraps what the driver says. */
const raw = (code: string) => ({ code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'postgres', originalCode: code, code } } } });

describe('what an error of the database means', () => {
  it.each([
    ['53100', 'a full disk', 'shortage'],
    ['53200', 'no memory', 'shortage'],
    ['53300', 'no connection left', 'shortage'],
    ['58030', 'a file that cannot be written', 'shortage'],
    ['25006', 'a read-only server', 'shortage'],
    ['57014', 'a statement that took too long', 'shortage'],
    ['53400', 'a limit of one session', 'neither'],
    ['22P02', 'a value that is none', 'refusal'],
    ['23505', 'a row that is there', 'refusal'],
    ['54000', 'too much for the server', 'refusal'],
    ['57P01', 'a server that stops', 'loss'],
    ['08006', 'a connection that broke', 'loss'],
    ['XX000', 'an internal error', 'neither'],
  ])('%s, %s, is: %s', (code, _, expected) => {
    const error = raw(code);
    const found = [isShortage(error) && 'shortage', isRefusal(error) && 'refusal', isConnectionLoss(error) && 'loss'].filter(Boolean);
    expect(found.join() || 'neither').toBe(expected);
  });

  it.each([
    ['57014', true],
    ['55P03', true],
    ['53100', false],
  ])('%s is about time: %s', (code, expected) => {
    expect(isTooSlow(raw(code))).toBe(expected);
  });

  it('is told in words when the disk is full', () => {
    expect(shortageOf(raw('53100'))).toBe('its disk is full');
    expect(shortageOf(raw('25006'))).toContain('25006');
  });
});
