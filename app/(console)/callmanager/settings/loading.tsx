import { FormSkeleton } from '../../settings/_parts/form-skeleton.tsx';

export default FormSkeleton;
