import type { ClientKey } from '../../venue-dialect.ts'
import { isJsonFields, jsonIn } from '../../wire/json-object.ts'
import { isFailure, RequestParameters } from './parameters.ts'
import type { SignedCalls } from './signed-calls.ts'
import { errorOf, type Failure, failure, missing } from './venue-failures.ts'

/** Orders of one request, and orders of one cancel. */
const ORDERS_MAX = 5
const CANCELS_MAX = 10

/** Orders of USD-M in batches: each is answered with itself or its error, in the order of the request. */
export class OrderBatches {
  readonly #calls: SignedCalls

  constructor(calls: SignedCalls) {
    this.#calls = calls
  }

  place(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    return this.#orders(parameters, each => this.#calls.place(key, each))
  }

  amend(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    return this.#orders(parameters, each => this.#calls.amend(key, each))
  }

  /** By the venue's ids or by the client's. */
  cancel(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const [list, name] = parameters.get('orderIdList')
      ? (['orderIdList', 'orderId'] as const)
      : (['origClientOrderIdList', 'origClientOrderId'] as const)
    const ids = listIn(parameters, list, CANCELS_MAX)
    if (isFailure(ids)) return ids
    const symbol = parameters.get('symbol') ?? ''
    const calls = ids.map(
      id =>
        new RequestParameters(
          new Map([
            ['symbol', symbol],
            [name, String(id)],
          ]),
        ),
    )
    return told(calls.map(each => this.#calls.cancel(key, each)))
  }

  #orders(parameters: RequestParameters, run: (order: RequestParameters) => unknown | Failure): unknown | Failure {
    const orders = listIn(parameters, 'batchOrders', ORDERS_MAX)
    if (isFailure(orders)) return orders
    if (!orders.every(isJsonFields)) return failure(-1130, "Data sent for parameter 'batchOrders' is not valid.")
    const texts = orders.map(order => Object.entries(order).map(([key, value]) => [key, String(value)] as const))
    return told(texts.map(each => run(new RequestParameters(new Map(each)))))
  }
}

const told = (results: readonly unknown[]): unknown[] =>
  results.map(result => (isFailure(result) ? errorOf(result) : result))

/** The values of a parameter that is a list in JSON. */
function listIn(parameters: RequestParameters, key: string, most: number): readonly unknown[] | Failure {
  const text = parameters.get(key) ?? ''
  if (text === '') return missing(key)
  const list = jsonIn(text)
  return Array.isArray(list) && list.length > 0 && list.length <= most
    ? list
    : failure(-1130, `Data sent for parameter '${key}' is not valid.`)
}
