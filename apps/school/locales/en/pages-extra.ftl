### What the pages need beside the other catalogues.
### Keys and their variables:
###   contact-email-accusative
###   contact-home-accusative
###   contact-mobile-accusative
## Contacts as what is kept: "we also keep: e-mail"
contact-mobile-accusative = mobile phone
contact-home-accusative = home phone
contact-email-accusative = e-mail
