### Errors at fields, and the search of the pickers.
### Keys and their variables:
###   field-authority-empty
###   field-locality-empty
###   field-login-empty
###   field-organization-empty
###   field-password-empty
###   field-region-empty
###   field-search-found $count
###   field-search-found-own $count
###   field-search-live $count
###   field-search-many $count
###   field-search-nothing
###   field-search-nothing-authority
###   field-search-nothing-locality
###   field-search-short
###   field-summary-title
field-summary-title = Check these fields
field-login-empty = Enter your login
field-password-empty = Enter your password
field-organization-empty = Choose a school
field-authority-empty = Choose an education authority
field-region-empty = Choose a region
field-locality-empty = Choose a city or village
field-search-nothing = Nothing found. Try the school's number or another word
field-search-nothing-locality = Nothing found. Check the letters or enter the beginning of the name
field-search-nothing-authority = Nothing found. Try the name of the district or city
field-search-many = { $count } found. Add a number or a word of the name
field-search-found = { $count } found. Choose from the list
field-search-found-own = { $count } found. Choose yours
field-search-live = { $count } found
field-search-short = Enter at least one letter or digit
