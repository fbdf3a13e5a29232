"""Intent to Program: resolve names, fill defaults, order by precedence."""
