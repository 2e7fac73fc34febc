import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function RoomsLoading() {
  return <TablePageSkeleton columns={6} />;
}
