import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function DataMonitorLoading() {
  return <TablePageSkeleton columns={5} />;
}
