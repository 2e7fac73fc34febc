import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function CallManagerLoading() {
  return <TablePageSkeleton columns={5} />;
}
