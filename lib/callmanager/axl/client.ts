import type { CallManagerValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Fault } from '../../kernel/faults.ts';
import type { Live } from '../../kernel/live.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { HttpsAnswer, HttpsCaller, HttpsFailure } from '../../outbound/https-call.ts';
import type { Element } from '../../xmpp/stanza/element.ts';
import { callManagerFaults, isFault } from '../faults.ts';
import { type AxlAnswer, createAnswerReader } from './answer.ts';
import { envelope } from './envelope.ts';

/** Oldest first: a call manager speaks its own schema version and some before it, and the oldest has all that is asked for (matrix §4.1). */
export const schemaVersions = ['10.0', '10.5', '11.0', '11.5', '12.0', '12.5', '14.0', '15.0'] as const;

export interface AxlClient {
  /** Sends one request, again after a while when the call manager is throttling or away. */
  call(operation: string, inner: string): Promise<Result<Element, Fault>>;
  /** Finds a schema version that both speak; answers the release of the call manager. */
  agree(): Promise<Result<{ version: string; release: string }, Fault>>;
  readonly version: string;
  readonly figures: { readonly requests: number; readonly retries: number };
  close(): void;
}

export interface AxlClientDeps {
  readonly caller: HttpsCaller;
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** To begin with; empty: `agree` finds one. */
  readonly version: string;
  /** Never tries another version. */
  readonly isFixed: boolean;
  readonly settings: Live<CallManagerValues>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const PATH = '/axl/';
const LONGEST_WAIT_MS = 60_000;

export function createAxlClient(deps: AxlClientDeps): AxlClient {
  const { caller, clock, host, settings, signal } = deps;
  const basic = `Basic ${Buffer.from(`${deps.username}:${deps.password}`).toString('base64')}`;
  let version = deps.version;
  let cookie = '';
  const figures = { requests: 0, retries: 0 };

  function faultOf(failure: HttpsFailure): Fault {
    switch (failure.is) {
      case 'unreachable':
        return callManagerFaults.unreachable({ host, why: failure.why });
      case 'certificate':
        return callManagerFaults.certificate({ host, why: failure.why });
      case 'forbidden':
        return callManagerFaults.forbiddenAddress({ host, address: failure.address, why: failure.why });
      case 'slow':
        return callManagerFaults.slow({ seconds: settings.get().requestTimeout });
      case 'too-large':
        return callManagerFaults.tooManyBytes({ bytes: settings.get().maxAnswerBytes });
      case 'aborted':
        return callManagerFaults.cancelled();
    }
  }

  /** What the status alone says (matrix §4.1); null: the body says it. */
  function faultOfStatus(status: number): Fault | null {
    if (status === 401) return callManagerFaults.credentials();
    if (status === 403) return callManagerFaults.role();
    if (status === 503) return callManagerFaults.busy({ why: 'too many changes wait to be told', tries: 1 });
    if (status === 599) return callManagerFaults.version({ tried: version });
    return status === 200 || status === 500 ? null : callManagerFaults.wrongPlace({ host, status });
  }

  function faultOfAnswer(
    operation: string,
    answer: Exclude<AxlAnswer, { is: 'answer' }>,
    head: { status: number; contentType: string },
  ): Fault {
    if (answer.is === 'malformed') {
      // A login page is what a wrong port answers with.
      if (/html/i.test(head.contentType)) return callManagerFaults.wrongPlace({ host, status: head.status });
      return callManagerFaults.malformed({ why: answer.why });
    }
    const { code, message } = answer;
    if (/memory allocation consumed/i.test(message)) return callManagerFaults.busy({ why: message, tries: 1 });
    if (/query request too large/i.test(message)) {
      const rows = Number(/suggest\w* row fetch: less than (\d+)/i.exec(message)?.[1] ?? 0);
      return callManagerFaults.tooLarge({ why: message }, { details: { rows } });
    }
    if (/queue ?id/i.test(message) || /startchangeid/i.test(message)) return callManagerFaults.queueGone();
    return callManagerFaults.refused({ operation, why: message, code });
  }

  async function once(operation: string, inner: string): Promise<Result<Element, Fault>> {
    const { maxAnswerBytes, requestTimeout } = settings.get();
    const reader = createAnswerReader(maxAnswerBytes);
    figures.requests++;
    const ask = (credentials: Readonly<Record<string, string>>): Promise<HttpsAnswer> =>
      caller.ask({
        method: 'POST',
        path: PATH,
        headers: {
          'content-type': 'text/xml; charset=utf-8',
          accept: 'text/xml',
          soapaction: `"CUCM:DB ver=${version} ${operation}"`,
          ...credentials,
        },
        body: envelope(version, operation, inner),
        timeoutMs: requestTimeout * 1000,
        maxBytes: maxAnswerBytes,
        signal,
        onChunk: reader.push,
      });
    // The cookie of the session spares the call manager a check of the password for each request.
    const answer = await ask(cookie === '' ? { authorization: basic } : { cookie });
    if (answer.ok && cookie !== '' && (answer.head.status === 404 || answer.head.status === 401)) {
      cookie = '';
      return once(operation, inner);
    }
    if (!answer.ok) return refuse(faultOf(answer.failure));
    const { head } = answer;
    const byStatus = faultOfStatus(head.status);
    if (byStatus !== null) return refuse(byStatus);
    const session = head.cookies.map((one) => /^JSESSIONIDSSO=[^;\s]+/.exec(one)?.[0]).find((one) => one !== undefined);
    if (session !== undefined) cookie = session;
    const read = reader.end();
    if (read.is !== 'answer') return refuse(faultOfAnswer(operation, read, head));
    if (read.el.name !== `${operation}Response`) return refuse(callManagerFaults.malformed({ why: `It answers ${read.el.name}.` }));
    return ok(read.el);
  }

  const isPassing = (fault: Fault): boolean => isFault(fault, 'busy') || isFault(fault, 'unreachable') || isFault(fault, 'slow');

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = clock.setTimeout(wake, ms);
      signal.addEventListener('abort', wake);
    });
  }

  async function call(operation: string, inner: string): Promise<Result<Element, Fault>> {
    for (let tries = 1; ; tries++) {
      const answer = await once(operation, inner);
      if (answer.ok || !isPassing(answer.fault)) return answer;
      if (tries > settings.get().retries) {
        return isFault(answer.fault, 'busy')
          ? refuse({ ...answer.fault, message: answer.fault.message.replace('1 times', `${tries} times`) })
          : answer;
      }
      figures.retries++;
      // Doubling, and not in step with whoever else was turned away.
      const wait = Math.min(LONGEST_WAIT_MS, settings.get().retryDelay * 2 ** (tries - 1));
      await pause(wait * (0.75 + Math.random() / 2));
      if (signal.aborted) return refuse(callManagerFaults.cancelled());
    }
  }

  return {
    call,
    async agree() {
      const tried: string[] = [];
      const candidates = deps.isFixed ? [deps.version] : [...new Set([...(version === '' ? [] : [version]), ...schemaVersions])];
      for (const candidate of candidates) {
        version = candidate;
        tried.push(candidate);
        const answer = await call('getCCMVersion', '');
        if (!answer.ok) {
          if (isFault(answer.fault, 'version')) continue;
          return answer;
        }
        const release = answer.value.child('return')?.child('componentVersion')?.child('version')?.text().trim().slice(0, 64) ?? '';
        return ok({ version, release });
      }
      return refuse(callManagerFaults.version({ tried: tried.join(', ') }));
    },
    get version() {
      return version;
    },
    figures,
    close: () => caller.close(),
  };
}
