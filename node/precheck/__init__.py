"""The pre-check 预检: everything that is wrong with what was brought, told at once, before anything is changed."""
