import { domainToASCII } from 'node:url';
import type { Files } from '../../files/index.ts';
import { ok } from '../../kernel/result.ts';
import type { Services } from '../../services/index.ts';
import type { ProxyListener } from './proxy-listener.ts';
import type { UploadEndpoint } from './upload-endpoint.ts';

/** Where clients reach the HTTP listeners by the name of an IM domain, as long as no setting says otherwise. */
export const httpOriginOf =
  (ports: { readonly http: number; readonly https: number }) =>
  (imDomain: string): string => {
    const host = domainToASCII(imDomain) || imDomain;
    if (ports.https !== 0) return `https://${host}${ports.https === 443 ? '' : `:${ports.https}`}`;
    return `http://${host}${ports.http === 80 ? '' : `:${ports.http}`}`;
  };

/** The parts of files that an operator can stop, under the names the manuals know. */
export function addFileServices(deps: {
  readonly services: Services;
  readonly files: Files;
  readonly uploads: UploadEndpoint;
  readonly proxy: ProxyListener;
}): void {
  const { files, proxy, services, uploads } = deps;
  services.add({
    name: 'file-transfer-manager',
    title: 'XCP File Transfer Manager',
    purpose: 'Takes the files that people upload and hands them out. Stopped: nothing is uploaded or fetched; what is kept stays.',
    needs: ['router'],
    critical: false,
    async start() {
      uploads.set(true);
      files.setUploads(true);
      return ok(undefined);
    },
    async stop() {
      files.setUploads(false);
      uploads.set(false);
    },
  });
  services.add({
    name: 'transfer-proxy',
    title: 'XCP SOCKS5 Proxy',
    purpose: 'Carries files between clients that cannot reach each other. Stopped: transfers through it break off.',
    needs: ['router'],
    critical: false,
    async start() {
      await proxy.start();
      return ok(undefined);
    },
    stop: () => proxy.stop(),
    health: () => proxy.health(),
  });
}
