import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function NewRoleLoading() {
  return (
    <Loading label="Loading the form">
      <div className="flex max-w-[720px] flex-col gap-4">
        <Skeleton className="h-7 w-48" />
        <Skeleton className="h-40" />
        <Skeleton className="h-96" />
      </div>
    </Loading>
  );
}
