// Readiness of this process alone: it answers. What it stands on is reported by the pages and the fleet.
export const dynamic = 'force-dynamic';

export function GET(): Response {
  return Response.json({ status: 'ok' });
}
