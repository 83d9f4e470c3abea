export { Weir } from './weir.js';
export type { WeirCode, WeirProps } from './props.js';
export { RECOMMENDED_FORMAT } from './vpc-flow-logs.js';
