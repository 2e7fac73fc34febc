import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function ImportLoading() {
  return (
    <Loading label="Loading the import">
      <div className="flex max-w-[720px] flex-col gap-4">
        <Skeleton className="h-7 w-48" />
        <Skeleton className="h-48" />
        <Skeleton className="h-40" />
      </div>
    </Loading>
  );
}
