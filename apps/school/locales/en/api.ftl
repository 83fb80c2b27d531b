### What the JSON API says of itself; refusals say what their pages say.
### Keys and their variables:
###   api-bad-key
###   api-bad-request
###   api-broken
###   api-busy
###   api-conflict
###   api-fault-doubled
###   api-fault-missing
###   api-fault-unfit
###   api-fault-unknown
###   api-foreign-request
###   api-media-type
###   api-method-not-allowed
###   api-no-client
###   api-no-letters
###   api-not-found
###   api-not-signed-in
###   api-repeat-at-work
###   api-repeat-differs
###   api-too-large
###   api-unavailable
###   api-unfit-fields
###   api-wrong-host

api-bad-key = The idempotency key does not fit: use 1 to 128 visible Latin characters without blanks
api-bad-request = The request cannot be read
api-broken = Something broke on our side
api-busy = Too many people are signing in just now. Try again in a minute
api-conflict = The data changed during the request. Send it again
api-fault-doubled = The field is given twice
api-fault-missing = The field is required
api-fault-unfit = The value does not fit
api-fault-unknown = There is no such field
api-foreign-request = The request came from a page of another site
api-media-type = The body of the request must be JSON, without compression
api-method-not-allowed = This address does not take that method
api-no-client = The secret of the program is missing: send it in the header Svyazka-Client
api-no-letters = No letters are sent from here. The school gives a new password
api-not-found = There is nothing at this address
api-not-signed-in = Nobody is signed in
api-repeat-at-work = The same request is still being done
api-repeat-differs = This idempotency key was used for another request
api-too-large = The request is too long
api-unavailable = The database is away just now. Try again in a minute
api-unfit-fields = Fields of the request do not fit
api-wrong-host = The request came to another address than ours
