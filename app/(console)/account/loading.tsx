import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function AccountLoading() {
  return (
    <Loading label="Loading your account">
      <div className="flex max-w-[720px] flex-col gap-4">
        <Skeleton className="h-7 w-48" />
        <Skeleton className="h-72" />
        <Skeleton className="h-40" />
      </div>
    </Loading>
  );
}
