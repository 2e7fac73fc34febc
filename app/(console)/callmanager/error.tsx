'use client';
import AreaError from '../error.tsx';

export default AreaError;
