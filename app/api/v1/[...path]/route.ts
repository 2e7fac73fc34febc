import type { NextRequest } from 'next/server';
import { factsOf } from '@/app/_shared/request-facts.ts';
import { currentViewer } from '@/app/_shared/viewer.ts';
import { adminIfStarted, restBodyLimit } from '@/lib/admin/for-pages.ts';
import type { Viewer } from '@/lib/admin/shared/viewer.ts';

/** REST for every use case: this file carries bytes, `admin().rest` decides. */
export const dynamic = 'force-dynamic';

const prefix = '/api/v1';

async function handle(request: NextRequest): Promise<Response> {
  const api = adminIfStarted();
  if (!api) return unavailable('The server is starting or stopping.');
  // The path as it came: `nextUrl` has it decoded in part, and what was decoded can no longer be refused.
  const url = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  let viewer: Viewer | null = null;
  try {
    if (!request.headers.has('authorization')) viewer = await currentViewer();
  } catch {
    return unavailable('Nobody can be looked up at the moment: the database does not answer. Try again when it is back.');
  }
  const answer = await api.rest(
    {
      method: request.method,
      path: url.pathname.slice(url.pathname.indexOf(prefix) + prefix.length),
      query: url.search.slice(1),
      headers,
      body: () => readBody(request),
      address: factsOf(request.headers).address,
    },
    viewer,
  );
  return new Response(typeof answer.body === 'string' ? answer.body : streamOf(answer.body), {
    status: answer.status,
    headers: answer.headers,
  });
}

function unavailable(detail: string): Response {
  return Response.json(
    { type: 'about:blank', title: 'Not available', status: 503, detail },
    { status: 503, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '2' } },
  );
}

/** Reads as far as the limit allows and no further; null beyond it. */
async function readBody(request: NextRequest): Promise<string | null> {
  if (!request.body) return '';
  const limit = restBodyLimit(request.headers.get('content-type') ?? '');
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks).toString('utf8');
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}

function streamOf(chunks: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

export { handle as DELETE, handle as GET, handle as HEAD, handle as PATCH, handle as POST, handle as PUT };
