import { startHttpFront } from '../../../../lib/servers/http/front/start.ts'
import { httpFrontContract } from '../../../contract/http-front.ts'

httpFrontContract('the front on Bun sockets', startHttpFront)
