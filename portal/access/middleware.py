"""placeholder, replaced by the access slice"""
