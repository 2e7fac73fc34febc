/** Whoever opens the root of REST is shown what there is. */
export const GET = (): Response =>
  new Response(null, { status: 307, headers: { location: '/api/v1/openapi.json', 'cache-control': 'no-store' } });
