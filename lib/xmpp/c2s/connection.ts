import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { secretId } from '../../kernel/ids.ts';
import type { BareJid, Domain } from '../../kernel/jid.ts';
import { bindingOf, type ChannelBinding } from '../sasl/channel-binding.ts';
import { NS } from '../stanza/namespaces.ts';
import { escapeAttribute } from '../stanza/serialize.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { type Frame, Framer } from '../stream/framer.ts';
import { limitsAfterSignIn, limitsBeforeSignIn } from '../stream/limits.ts';
import { StreamWriter, type WriterOwner } from '../stream/writer.ts';
import { ClientStream, type StreamDeps } from './client-stream.ts';
import type { TlsContexts } from './ports.ts';
import { type ContextChooser, wrapInTls } from './tls-socket.ts';

export interface ConnectionDeps extends StreamDeps {
  readonly tls: TlsContexts;
  readonly chooseContext: ContextChooser;
}

const OWNER = Symbol('connection');
type OwnedSocket = Socket & { [OWNER]?: ClientConnection };

// One function each for all sockets: a connection costs no closures.
function onData(this: OwnedSocket, chunk: Buffer): void {
  this[OWNER]?.onData(chunk);
}
function onClose(this: OwnedSocket): void {
  this[OWNER]?.onGone();
}
function onSecure(this: OwnedSocket): void {
  this[OWNER]?.onSecure();
}
/** Resets and failed handshakes are everyday; the socket closes after them. */
function onError(this: OwnedSocket): void {
  this.destroy();
}

/** A client over TCP: the socket, TLS on it, and the framing of the stream. */
export class ClientConnection extends ClientStream implements WriterOwner {
  declare protected readonly deps: ConnectionDeps;
  private framer: Framer;
  private readonly writer: StreamWriter;
  private reading = true;

  constructor(
    deps: ConnectionDeps,
    private socket: OwnedSocket,
    private readonly directTls: boolean,
    /** Milliseconds before the connection is read at all. */
    waitMs: number,
  ) {
    super(
      deps,
      {
        address: socket.remoteAddress ?? '',
        port: socket.remotePort ?? 0,
        transport: directTls ? 'direct-tls' : 'tcp',
        tls: null,
        mechanism: '',
        since: deps.clock.now(),
      },
      !directTls,
    );
    this.framer = new Framer(limitsBeforeSignIn(deps.settings.get()));
    this.writer = new StreamWriter(socket, this, deps.counters);
    this.adopt(socket);
    this.admit(waitMs);
  }

  get waiting(): number {
    return this.writer.waiting;
  }
  get isSecure(): boolean {
    return this.facts.tls !== null;
  }

  write(xml: string): void {
    if (this.state === 'open') this.writer.write(xml);
  }
  binding(): ChannelBinding | null {
    return this.socket instanceof TLSSocket && this.isSecure ? bindingOf(this.socket) : null;
  }

  certified(): readonly BareJid[] {
    const { clients } = this.deps.tls;
    return clients?.areAsked && this.socket instanceof TLSSocket && this.isSecure ? clients.namesOf(this.socket) : [];
  }

  writeHeader(from: Domain | null, to: string): void {
    this.headerSent = true;
    const addresses = `${from === null ? '' : ` from='${escapeAttribute(from)}'`}${to === '' ? '' : ` to='${escapeAttribute(to)}'`}`;
    // The id is unguessable (RFC 6120 §4.7.3).
    this.writer.write(
      `<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}'${addresses} id='${secretId()}' version='1.0' xml:lang='en'>`,
    );
  }

  startTls(): void {
    // security-and-limits T-1: what a man in the middle put behind <starttls/> would be read as if it had come through TLS.
    if (this.framer.midway) {
      this.deps.log.info('c2s.starttls-injection', { address: this.facts.address });
      this.cut();
      return;
    }
    this.writer.write(`<proceed xmlns='${NS.tls}'/>`);
    this.writer.flush();
    this.secure();
  }

  onData(chunk: Buffer): void {
    const { deps } = this;
    deps.counters.bytesIn += chunk.length;
    if (this.state !== 'open') return;
    const now = deps.clock.monotonic();
    this.alive(now);
    this.framer.push(chunk);
    this.pump();
    this.spend(chunk.length, now);
    this.watchMidway(now);
  }

  onSecure(): void {
    if (this.state !== 'handshake' || !(this.socket instanceof TLSSocket)) return;
    this.state = 'open';
    this.socket.disableRenegotiation();
    this.facts = { ...this.facts, tls: { version: this.socket.getProtocol() ?? '', cipher: this.socket.getCipher().name } };
    // Everything learnt in the clear is forgotten.
    this.framer = new Framer(limitsBeforeSignIn(this.deps.settings.get()));
    this.headerSent = false;
    this.negotiation?.secured();
  }

  onGone(): void {
    this.framer.drop();
    this.gone();
  }

  protected get midway(): boolean {
    return this.framer.midway;
  }
  protected nextFrame(): Frame | null {
    return this.framer.next();
  }
  protected read(wanted: boolean): void {
    if (this.reading === wanted) return;
    this.reading = wanted;
    if (wanted) this.socket.resume();
    else this.socket.pause();
  }
  protected begin(): void {
    // With TLS from the first octet the handshake reads the socket itself.
    if (this.directTls) this.secure();
    else this.socket.resume();
  }
  /**
   * Whoever is not read is not seen to leave, either: a flooder would keep his session until the last of his stanzas had its turn. White space
   * (RFC 6120 §4.6.1) to somebody who has gone is answered by his machine, and that ends the connection.
   */
  protected override probe(): void {
    this.write(' ');
  }
  protected trust(): void {
    this.framer.limits = limitsAfterSignIn(this.deps.settings.get());
  }
  protected renew(): void {
    this.framer.restart();
  }

  protected farewell(_condition: StreamCondition | null, errorXml: string): void {
    const xml = this.headerSent ? `${errorXml}</stream:stream>` : errorXml;
    if (xml !== '') this.writer.write(xml);
    this.writer.flush();
    this.framer.drop();
    this.socket.end();
    // Keeps reading, and throwing away, so that the client's end of the connection is seen.
    this.read(true);
  }

  protected destroy(): void {
    this.framer.drop();
    this.socket.destroy();
  }

  private adopt(socket: OwnedSocket): void {
    socket[OWNER] = this;
    socket.on('data', onData);
    socket.on('error', onError);
    socket.on('close', onClose);
  }

  private secure(): void {
    const raw = this.socket;
    raw.removeListener('data', onData);
    raw.removeListener('close', onClose);
    this.state = 'handshake';
    try {
      const socket: OwnedSocket = wrapInTls(raw, this.deps.tls, this.deps.chooseContext, this.directTls);
      this.socket = socket;
      this.adopt(socket);
      socket.on('secure', onSecure);
      // Without a tls.Server a failure of the protocol shows only here.
      socket.on('_tlsError', onError);
      this.writer.moveTo(socket);
    } catch (error) {
      this.deps.log.error('c2s.no-certificate', { error });
      raw.destroy();
      this.onGone();
    }
  }
}
