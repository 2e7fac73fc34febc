/**
 * A server that does next to nothing: it plays the exact conversation of this benchmark's sign-in (PLAIN, no TLS) and hands each message to the
 * connection named in `to`, by looking for quotes. What the generator reaches against it is what it can measure at most. Its address
 * goes to the parent over IPC.
 */
import { createServer, type Socket } from 'node:net';

const domain = 'bench.test';
const features = (inside: string) => `<stream:features>${inside}</stream:features>`;
const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='n' from='${domain}' version='1.0'>`;
const mechanisms = features("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>");
const bind = features("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
const endOfMessage = '</message>';

const sockets = new Map<string, Socket>();

const server = createServer({ noDelay: true }, (socket) => {
  let phase: 'fresh' | 'authenticated' | 'bound' = 'fresh';
  let user = '';
  let jid = '';
  let text = '';
  const waiting = new Map<Socket, string>();
  socket.on('error', () => {});
  socket.on('close', () => sockets.delete(user));
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (phase === 'bound' && text.startsWith('<message')) {
      let from = 0;
      for (let end = text.indexOf(endOfMessage); end >= 0; end = text.indexOf(endOfMessage, from)) {
        const stanza = text.slice(from, end + endOfMessage.length);
        from = end + endOfMessage.length;
        const at = stanza.indexOf("to='") + 4;
        const peer = sockets.get(stanza.slice(at, stanza.indexOf('@', at)));
        if (peer) waiting.set(peer, (waiting.get(peer) ?? '') + stanza);
      }
      text = text.slice(from);
      for (const [peer, out] of waiting) peer.write(out, 'latin1');
      waiting.clear();
      return;
    }
    for (;;) {
      const end = text.indexOf('>');
      if (end < 0) return;
      if (/^(<\?xml[^>]*>)?<stream:stream[^>]*>/.test(text)) {
        text = text.slice(text.indexOf('>', text.indexOf('<stream:stream')) + 1);
        socket.write(header + (phase === 'fresh' ? mechanisms : bind));
      } else if (text.startsWith('<auth') && text.includes('</auth>')) {
        const plain = /<auth[^>]*>([^<]*)</.exec(text)?.[1] ?? '';
        user = Buffer.from(plain, 'base64').toString().split('\0')[1] ?? '';
        text = text.slice(text.indexOf('</auth>') + 7);
        phase = 'authenticated';
        socket.write("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
      } else if (text.startsWith('<iq') && text.includes('</iq>')) {
        const resource = /<resource>([^<]*)</.exec(text)?.[1];
        if (resource !== undefined) {
          phase = 'bound';
          jid = `${user}@${domain}/${resource}`;
          sockets.set(user, socket);
          socket.write(`<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`);
        } else socket.write("<iq type='result' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
        text = text.slice(text.indexOf('</iq>') + 5);
      } else if (text.startsWith('<presence/>')) {
        socket.write(`<presence from='${jid}'/>`);
        text = text.slice('<presence/>'.length);
      } else if (text.startsWith('</stream:stream>')) {
        socket.end('</stream:stream>');
        text = '';
      } else return;
    }
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
process.on('disconnect', () => process.exit(0));
