import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function ReferenceLoading() {
  return <TablePageSkeleton columns={4} />;
}
