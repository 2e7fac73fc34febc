import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function ComponentsLoading() {
  return <TablePageSkeleton columns={5} />;
}
