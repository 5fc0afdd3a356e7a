"""What is done to a sandbox from outside: started anew, its clock moved, its answers broken, its requests read."""
