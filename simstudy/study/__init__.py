"""What is simulated: scenarios, methods, studies, and the files that describe them."""
