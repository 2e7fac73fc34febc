import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function TokensLoading() {
  return <TablePageSkeleton columns={6} />;
}
