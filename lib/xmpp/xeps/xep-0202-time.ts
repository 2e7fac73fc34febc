/** The server's clock (XEP-0202), in the format of XEP-0082. */
import type { Clock } from '../../kernel/clock.ts';
import type { Protocol, Room } from '../router/hooks.ts';
import { el } from '../stanza/element.ts';

export const protocol: Protocol = { number: 'XEP-0202', title: 'Entity Time', version: '2.0', status: 'complete' };

const TIME = 'urn:xmpp:time';

/** `+02:00` from minutes west of Greenwich, as `Date` tells them. */
export function zoneOffset(minutesWest: number): string {
  const minutes = Math.abs(minutesWest);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${minutesWest > 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export const createTime = (deps: { clock: Clock }): Room => ({
  name: 'time',
  iq: [
    {
      ns: TIME,
      name: 'time',
      targets: ['server'],
      types: ['get'],
      handle() {
        const now = new Date(deps.clock.now());
        const utc = `${now.toISOString().slice(0, 19)}Z`;
        return { result: el('time', TIME, {}, el('tzo', TIME, {}, zoneOffset(now.getTimezoneOffset())), el('utc', TIME, {}, utc)) };
      },
    },
  ],
  features: { server: [TIME] },
  protocols: [protocol],
});
