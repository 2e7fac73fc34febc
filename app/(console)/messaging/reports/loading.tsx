import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function ReportsLoading() {
  return <TablePageSkeleton columns={5} />;
}
