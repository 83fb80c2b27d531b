### Slips of paper with login and first password.
### Keys and their variables:
###   slip-address
###   slip-class
###   slip-login
###   slip-name
###   slip-note
###   slip-password
###   slip-title $diary

slip-title = { $diary }: how you sign in
slip-name = For
slip-class = Class
slip-address = Address
slip-login = Login
slip-password = Password
slip-note = Keep this slip at home. Tell nobody the password: neither friends, nor teachers, nor anyone on the phone.
