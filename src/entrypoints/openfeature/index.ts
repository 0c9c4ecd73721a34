export { gatehouseProvider, type GatehouseProvider, type ProviderOptions } from './gatehouse-provider.ts'
