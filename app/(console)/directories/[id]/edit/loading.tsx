import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function DirectoryPartLoading() {
  return (
    <Loading label="Loading">
      <div className="flex max-w-[720px] flex-col gap-4">
        <Skeleton className="h-7 w-56" />
        <Skeleton className="h-40" />
        <Skeleton className="h-72" />
      </div>
    </Loading>
  );
}
